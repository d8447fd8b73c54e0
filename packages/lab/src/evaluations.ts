import type { Evaluation } from '@convae/train/kit';
import { artifacts } from './artifacts/plug-in.js';
import { comparison } from './comparison/plug-in.js';
import { denoising } from './denoising/plug-in.js';
import { features } from './features/plug-in.js';
import { sweep } from './sweep/plug-in.js';

/** All evaluations of the lab, in the order of the command line's help. A new one is a folder here and a name below. */
export const evaluations: readonly Evaluation[] = [artifacts, comparison, denoising, features, sweep];
