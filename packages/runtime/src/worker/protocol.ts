import type { ContainerHeader } from '../bitstream/index.js';
import type { Manifest } from '../bundle/manifest.js';
import type { HeldPack } from '../bundle/source.js';
import type { Codec, OpenedContainer } from '../codec/interface.js';
import type { ErrorMessage } from '../messages/errors.js';

/** The key of the message that opens a codec in a worker; its value is the number of the protocol. */
export const OPEN_KEY = 'convaeCodec';
/** Both sides come from one release; this tells where they do not. */
export const PROTOCOL = 2;

/** What opens a codec: the codec answers on the port. */
export interface OpenMessage {
  readonly [OPEN_KEY]: number;
  readonly port: MessagePort;
  readonly request: LoadRequest;
}

/** What to load. */
export interface LoadRequest {
  /** An absolute address, or the files' place where the client reads them. */
  readonly location: string;
  readonly readByClient: boolean;
  /** `names` of the files that the client reads. */
  readonly names?: readonly string[] | undefined;
  /** The packed bundle that the client has at hand. */
  readonly held?: HeldPack | undefined;
  /** The options of `loadCodec` that can be sent. */
  readonly options: object;
  readonly wantsProgress: boolean;
}

/** What the codec says of itself, beside its manifest. */
export type CodecState = Pick<
  Codec,
  'executionProvider' | 'passedOver' | 'threads' | 'contextKernel' | 'notices' | 'lossless'
>;

/** The codec is loaded. */
export interface LoadedMessage {
  readonly manifest: Manifest;
  readonly state: CodecState;
}

/** Targets with fixed numbers: the first thing that each side exposes. */
export const CLIENT_TARGET = 1;
export const CODEC_TARGET = 1;

/** Methods of a codec whose arguments and results are plain data. */
export type PlainMethod =
  | 'embed'
  | 'reconstruct'
  | 'roundTrip'
  | 'denoise'
  | 'score'
  | 'encode'
  | 'encodeBatch'
  | 'decode';

/** A sequence to take from the other side, or what was given instead of one. */
export type SentSequence = { readonly target: number } | { readonly plain: unknown };

/** A container that is decoded in the worker: the number of its sequence of images. */
export interface DecodedMessage {
  readonly header: ContainerHeader;
  readonly images: number;
}

/** A container that was opened in the worker. */
export interface OpenedMessage extends Pick<OpenedContainer, 'header' | 'imageCount' | 'lost'> {
  readonly problems: readonly ErrorMessage[];
  readonly target: number;
}
