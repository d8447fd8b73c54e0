/** The builds of onnxruntime-web that convae uses: for wasm alone, and the larger one that has WebGPU. */
export type OrtBuildName = 'wasm' | 'webgpu';

/**
 * A build of onnxruntime-web. Each is a module of its own, with literal names, so that bundlers find its files, and put
 * those into the output of pages alone that import it.
 */
export interface OrtBuild {
  readonly name: OrtBuildName;
  /** Its WebAssembly file, by onnxruntime-web's own name. */
  readonly wasmFile: string;
  /** Loads its script. */
  readonly importScript: () => Promise<unknown>;
  /** The address of its WebAssembly file, in a form that bundlers know and replace. */
  readonly bundledUrl: () => URL;
}
