// The package's types cover its main entry, which Node's ESM cannot load; this is the same module.
declare module "wgsl_reflect/wgsl_reflect.module.js" {
	export * from "wgsl_reflect";
}
