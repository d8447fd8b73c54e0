import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseShard, shardPath } from '../../packages/runtime/src/cli/shard.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const read = (path: string): string => readFileSync(`${EXAMPLES}${path}`, 'utf8');

/** A Job, refused where Kubernetes' schema does not know it. */
function jobIn(path: string): Job {
  const job = new Job(parse(read(path)));
  job.validate();
  return job;
}

const containerOf = (job: Job) => job.spec!.template.spec!.containers[0]!;
const shardsOf = (job: Job): number =>
  Number(containerOf(job).env!.find(({ name }) => name === 'SHARDS')!.value);

describe('the Kubernetes example', () => {
  it('is what Kubernetes’ schema takes, which refuses what it does not know', () => {
    expect(() => jobIn('kubernetes/job.yaml')).not.toThrow();
    expect(() => jobIn('kubernetes/merge.yaml')).not.toThrow();
    const wrong = parse(read('kubernetes/job.yaml'));
    wrong.spec.completions = 'many';
    expect(() => new Job(wrong).validate()).toThrow();
  });

  it('has an index for each shard, and as many shards in both jobs', () => {
    const job = jobIn('kubernetes/job.yaml');
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: shardsOf(job) });
    expect(shardsOf(jobIn('kubernetes/merge.yaml'))).toBe(shardsOf(job));
    expect(job.spec!.template.spec!.restartPolicy).toBe('Never');
  });

  it('mounts what it names', () => {
    for (const path of ['kubernetes/job.yaml', 'kubernetes/merge.yaml']) {
      const { volumes, containers } = jobIn(path).spec!.template.spec!;
      const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
      expect(mounted).toEqual(volumes!.map(({ name }) => name));
    }
  });
});

describe('the Slurm example', () => {
  it('has tasks 1 to n, which are the shards', () => {
    const script = read('slurm/encode.sbatch');
    const [, last] = /^#SBATCH --array=1-(\d+)(?:%\d+)?$/m.exec(script)!;
    expect(script).toContain('--shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_MAX"');
    expect(parseShard(`${last}/${last}`)).toEqual({ index: Number(last), of: Number(last) });
  });

  it('merges the names that shards have', () => {
    for (const script of [read('slurm/merge.sbatch'), read('kubernetes/merge.yaml')])
      expect(script).toMatch(/-\*-of-"\$\w+"\.cae/);
    expect(shardPath('all.cae', { index: 3, of: 100 })).toBe('all-003-of-100.cae');
  });

  it('asks sbatch for nothing after its first command', () => {
    for (const name of ['encode', 'merge']) {
      const lines = read(`slurm/${name}.sbatch`).split('\n');
      expect(lines[0]).toBe('#!/bin/bash');
      const command = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
      expect(lines.slice(command).filter((line) => line.startsWith('#SBATCH'))).toEqual([]);
    }
  });
});
