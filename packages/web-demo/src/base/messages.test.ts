import { ConvaeError } from '@convae/runtime/web';
import { describe, expect, it } from 'vitest';
import { codeOf, fileSentence, plainSentence } from './messages.js';

describe('messages', () => {
  it('say plainly what is wrong with a file', () => {
    expect(fileSentence(new ConvaeError('CHECKSUM_MISMATCH', 'crc32c 1 != 2'))).toMatch(/damaged/);
    expect(fileSentence(new ConvaeError('DATA_TRUNCATED', 'at 7'))).toMatch(/ends too early/);
  });

  it('give other errors in their own words', () => {
    expect(fileSentence(new Error('This file is too large for this page.'))).toBe(
      'This file is too large for this page.',
    );
    expect(plainSentence('odd')).toBe('odd');
    expect(codeOf(undefined)).toBe('');
  });
});
