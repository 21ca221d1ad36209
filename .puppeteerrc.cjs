// The tests and the CLI use an installed browser or the Chromium that @sparticuz/chromium carries.
module.exports = { skipDownload: true };
