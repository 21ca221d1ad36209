// Stands in for node:fs/promises in the page, whose files come from elsewhere.

const none = () => Promise.reject(new Error("a page has no disk"));

export { none as readdir, none as readFile, none as stat };
