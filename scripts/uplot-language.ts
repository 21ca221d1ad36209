/** uPlot asks Intl for the browser's language as it is, and Chrome's may be one that Intl does not take (en-US@posix). */
export const KNOWN_LANGUAGE =
	'try{new Intl.NumberFormat(navigator.language)}catch{Object.defineProperty(navigator,"language",{value:"en"})}';
