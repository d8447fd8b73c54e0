/** A file of WebAssembly as workerd and its bundlers import it: compiled. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
