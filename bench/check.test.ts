import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { compare } from './compare.ts'
import type { Figure, Results } from './figures.ts'

const speed: Figure = {
  table: 'Ed25519, 1 in flight',
  name: 'hot',
  unit: 'µs',
  better: 'lower',
  median: 130,
  ratio: 0.85,
  ratioBetter: 'higher',
  spread: 0.01,
}
const octets: Figure = {
  table: 'heap',
  name: 'hot',
  unit: 'octets',
  better: 'lower',
  median: 1000,
  spread: 5,
}
const rate: Figure = { table: 'express', name: 'guard', unit: 'requests/s', better: 'higher', median: 5000 }

function verdict(old: Figure, changes: Partial<Figure>, threshold = 3): string | undefined {
  return compare([old], [{ ...old, ...changes }], threshold)[0]?.verdict
}

describe('results of benchmarks', () => {
  it('with the same figures are the same', () => {
    expect([speed, octets, rate].map((figure) => verdict(figure, {}))).toEqual(['same', 'same', 'same'])
  })

  it('are compared by the ratio, whatever the machine makes of the median', () => {
    expect(verdict(speed, { median: 500 })).toBe('same')
    expect(verdict(speed, { median: 50, ratio: 0.7 })).toBe('worse')
    expect(verdict(speed, { median: 500, ratio: 0.95 })).toBe('better')
  })

  it('take a ratio the way of its figure, unless it has a way of its own', () => {
    const { ratioBetter: _, ...growth } = speed
    expect(verdict(growth, { ratio: 1.2 })).toBe('worse')
    expect(verdict(growth, { ratio: 0.6 })).toBe('better')
  })

  it('are compared by the median where a side has no ratio', () => {
    const { ratio: _, ...bare } = speed
    expect(compare([speed], [bare], 3)[0]).toMatchObject({ basis: 'µs', verdict: 'same' })
    expect(compare([speed], [{ ...bare, median: 150 }], 3)[0]).toMatchObject({
      basis: 'µs',
      verdict: 'worse',
    })
  })

  it('with fewer octets are better, with fewer requests worse', () => {
    expect(verdict(octets, { median: 900 })).toBe('better')
    expect(verdict(octets, { median: 1100 })).toBe('worse')
    expect(verdict(rate, { median: 4000 })).toBe('worse')
    expect(verdict(rate, { median: 6000 })).toBe('better')
  })

  it('within the threshold are the same', () => {
    expect(verdict(rate, { median: 4850 })).toBe('same')
    expect(verdict(rate, { median: 4849 })).toBe('worse')
    expect(verdict(rate, { median: 4600 }, 10)).toBe('same')
  })

  it('within the spreads of both sides together are the same', () => {
    const wide = { ...speed, spread: 0.05 }
    expect(verdict(wide, { ratio: 0.76 })).toBe('same')
    expect(verdict(wide, { ratio: 0.74 })).toBe('worse')
    expect(verdict(wide, { ratio: 0.76, spread: 0.01 })).toBe('worse')
  })

  it('name figures that only one side has, and do not call them worse', () => {
    expect(compare([speed, octets], [octets, rate], 3)).toMatchObject([
      { name: 'Ed25519, 1 in flight: hot', old: 0.85, now: undefined, gain: undefined, verdict: 'missing' },
      { name: 'heap: hot', verdict: 'same' },
      { name: 'express: guard', old: undefined, now: 5000, gain: undefined, verdict: 'new' },
    ])
  })

  it('that were zero and are not any more are judged by the way of the figure', () => {
    expect(verdict({ ...octets, median: 0, spread: 0 }, { median: 10 })).toBe('worse')
    expect(verdict({ ...rate, median: 0 }, { median: 10 })).toBe('better')
  })
})

describe('bench:check', () => {
  it('prints all figures, names those that are worse, and exits with 1', async () => {
    const { code, out } = await check([speed, rate, octets], [{ ...speed, ratio: 0.7 }, rate])
    expect(out).toContain('| Ed25519, 1 in flight: hot, ratio | 0.85 | 0.70 | -17.6 % | worse |')
    expect(out).toContain('| express: guard, requests/s | 5 000 | 5 000 | 0.0 % | same |')
    expect(out).toContain('| heap: hot, octets | 1 000 |  |  | missing |')
    expect(out).toContain('Worse by more than 3 % and the spread:\n- Ed25519, 1 in flight: hot\n')
    expect(code).toBe(1)
  })

  it('exits with 0 if nothing is worse by more than the threshold', async () => {
    const { code, out } = await check([speed], [{ ...speed, ratio: 0.7 }], '--threshold', '20')
    expect(out).toContain('Nothing is worse by more than 20 % and the spread.')
    expect(code).toBe(0)
  })

  it('exits with 2 without two files', async () => {
    const { code, out } = await run('bench/check.ts', 'one.json')
    expect(out).toContain('Usage: bench:check OLD NEW')
    expect(code).toBe(2)
  })
})

function check(
  old: readonly Figure[],
  now: readonly Figure[],
  ...options: readonly string[]
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-check-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = [old, now].map((figures, index) => {
    const results: Results = {
      bench: 'requests',
      at: '2026-11-28T00:00:00.000Z',
      commit: `abc${index}`,
      machine: 'one processor',
      runtime: 'Node',
      figures,
    }
    const file = join(folder, `${index}.json`)
    writeFileSync(file, JSON.stringify(results))
    return file
  })
  return run('bench/check.ts', ...files, ...options)
}

interface Ended {
  readonly code: number
  readonly out: string
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
    )
  })
}
