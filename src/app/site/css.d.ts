// The build puts style sheets that are imported beside the script.
declare module "*.css";
