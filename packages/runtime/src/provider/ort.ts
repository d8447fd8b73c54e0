import type { ExecutionProvider } from './execution-provider.js';
import type { RunQueue } from './queue.js';

/**
 * The part of ONNX Runtime's JavaScript interface that convae uses. onnxruntime-node and onnxruntime-web both
 * fit it; whoever loads a codec hands one of them in, so this code imports neither.
 */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
}

/** A tensor as far as convae looks into it. */
export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** Tensors by the names of a graph's inputs or outputs. */
export type OrtTensors = Readonly<Record<string, OrtTensor>>;

/** What a session says about one of its inputs or outputs. */
export interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** An inference session as far as convae uses it. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly OrtValueMetadata[];
  readonly outputMetadata?: readonly OrtValueMetadata[];
  run(feeds: OrtTensors): Promise<OrtTensors>;
  /** @param fetches names of the outputs that are wanted. */
  run(feeds: OrtTensors, fetches: readonly string[]): Promise<OrtTensors>;
  release(): Promise<void>;
}

/** The session options that convae sets, by ONNX Runtime's own names. */
export interface OrtSessionOptions {
  executionProviders?: readonly (string | ProviderConfiguration)[];
  intraOpNumThreads?: number;
  logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  extra?: Record<string, unknown>;
}

/** An execution provider with options of its own, by ONNX Runtime's names; WebGPU takes a `device`. */
export interface ProviderConfiguration {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** Stands around every run, at the time that it begins. */
export type RunGuard = <T>(run: () => Promise<T>) => Promise<T>;

/** A device that can be lost. */
export interface LosableDevice {
  /** Resolves with the reason when the device is lost. */
  readonly lost: Promise<string>;
  readonly guard: RunGuard;
}

/** ONNX Runtime, loaded for one execution provider. */
export interface OrtPlatform {
  readonly ort: OrtModule;
  /** What session options name as the provider, where its bare name does not say enough. */
  readonly provider?: ProviderConfiguration | undefined;
  /** The queue of all sessions of this ONNX Runtime, where it takes one call at a time; one a session where left out. */
  readonly queue?: RunQueue | undefined;
  /** Threads inside one run, where they were fixed when it was loaded. */
  readonly threads?: number | undefined;
  /** The device that it computes on, where that can be lost. */
  readonly device?: LosableDevice | undefined;
  /** What the user should know, e.g. that threads were asked for and cannot be had. */
  readonly notices?: readonly string[] | undefined;
}

/** Loads ONNX Runtime for an execution provider. @throws where the provider cannot run here. */
export type LoadOrt = (provider: ExecutionProvider) => Promise<OrtPlatform>;
