import { describe, expect, it } from 'vitest';
import type { ImageSurvey } from '../dataset/index.js';
import { chooseTraining } from './choice.js';

const one = (side: number, more: Partial<ImageSurvey> = {}): ImageSurvey => ({
  sizes: [{ height: side, width: side, count: 60_000 }],
  channels: 1,
  training: 60_000,
  canCrop: true,
  ...more,
});
const many = (...sides: number[]): ImageSurvey => ({
  ...one(1),
  sizes: sides.map((side, i) => ({ height: side, width: side + 1, count: 100 - i })),
});
const flagsOf = (survey: ImageSurvey) => chooseTraining(survey).flags;

describe('the choice of a network', () => {
  it('takes small patches for small images of one size, large ones above, crops beyond', () => {
    expect(flagsOf(one(28))).toMatchObject({
      preset: 'patch-4',
      recipe: 'rate-texture',
      batch: 100,
      lr: 2e-3,
    });
    expect(flagsOf(one(40))).toMatchObject({ preset: 'patch-4' });
    expect(flagsOf(one(48))).toMatchObject({ preset: 'patch-8', recipe: 'rate-texture', flips: false });
    expect(flagsOf(one(128)).crop).toBeUndefined();
    expect(flagsOf(one(200))).toMatchObject({
      preset: 'patch-8',
      recipe: 'rate-photo',
      crop: 64,
      flips: true,
    });
    expect(flagsOf(one(200, { canCrop: false })).crop).toBeUndefined();
  });

  it('takes small patches of large images, too, where detail is wanted', () => {
    const { flags, reason } = chooseTraining(one(64), true);
    expect(flags).toMatchObject({ preset: 'patch-4', recipe: 'rate-texture', batch: 25, lr: 1e-3 });
    expect(reason).toContain('patches of 4×4');
    expect(chooseTraining(one(200), true).flags).toMatchObject({ preset: 'patch-4', crop: 64 });
  });

  it('takes crops that most pictures of many sizes hold', () => {
    expect(flagsOf(many(300, 500, 90))).toMatchObject({ preset: 'patch-8', crop: 64 });
    expect(flagsOf(many(16, 24, 32))).toMatchObject({ preset: 'patch-4', crop: 16 });
    expect(flagsOf(many(60, 64, 70, 30))).toMatchObject({ crop: 24 });
    expect(flagsOf(many(60, 64, 70, 80, 90, 30))).toMatchObject({ preset: 'patch-8', crop: 48 });
    expect(flagsOf(many(5, 6))).toMatchObject({ crop: 8 });
  });

  it('pads edges where patches do not fit, and only there', () => {
    expect(flagsOf(one(30)).fit).toBe('pad');
    expect(flagsOf(one(28)).fit).toBeUndefined();
    expect(flagsOf(one(60)).fit).toBe('pad');
    expect(flagsOf(many(301, 503)).fit).toBeUndefined();
  });

  it('makes small batches of large images and of few', () => {
    expect(flagsOf(one(64))).toMatchObject({ batch: 25, lr: 1e-3 });
    expect(flagsOf(one(28, { training: 1000 }))).toMatchObject({ batch: 50, lr: 2e-3 });
    expect(flagsOf(one(28, { training: 40 })).batch).toBe(16);
    expect(flagsOf(one(128)).batch).toBe(16);
  });

  it('says what it saw and what follows', () => {
    expect(chooseTraining(one(30, { channels: 3, training: 1200 })).reason).toBe(
      '1,200 colour images of 30×30: patches of 4×4, a context that knows places, batches of 60, edges padded',
    );
    expect(chooseTraining(many(300, 500)).reason).toMatch(
      /of 2 sizes: patches of 8×8, random crops of 64×64/,
    );
  });
});
