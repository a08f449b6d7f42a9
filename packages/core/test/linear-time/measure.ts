/** What is given some text and timed; it may throw what it likes. */
export type Run = (text: string) => unknown

/** Makes text of about so many characters. */
export type Shape = (length: number) => string

/** Characters and pieces that readers count, pair, escape, skip or trim. */
const units = [
  ...[' ', '\t', '"', '\\', '\\"', ',', ', ', ';', ';a', ';a=1', '=', ':', '(', '()', '[', '[]', '{', '{},'],
  ...[
    '%',
    '%2e',
    '%"',
    '.',
    './',
    '/',
    '?',
    '#',
    '-',
    'a',
    'a.',
    'a ',
    'a,',
    '0',
    '1.',
    '\u00e9',
    '\ud800',
    '\0',
  ],
  ...[':443', '+json', '@', 'a=1, ', '"a":1,', '"",', 'ff', '\\u0061'],
]

/** Each of them over and over, between what a reader expects before and behind. */
export function shapesBetween(...ends: readonly (readonly [before: string, behind: string])[]): Shape[] {
  return ends.flatMap(([before, behind]) =>
    units.map((unit) => (length: number) => before + unit.repeat(Math.ceil(length / unit.length)) + behind),
  )
}

const lengths = [10_000, 100_000] as const
/** Where time is linear it is 1, where it is quadratic 10. */
const tolerated = 4
/** Milliseconds. What is faster than this is measured as this, so that a tick of the clock decides nothing. */
const floor = 0.5

/**
 * Whether one long text takes about as long as ten texts of a tenth of it. Both do the same work for about as long, so
 * that what the machine does beside falls on both; and the best of several measurements counts.
 *
 * @param clock milliseconds
 */
export function isLinear(
  run: Run,
  shape: Shape,
  [short, long]: readonly [number, number] = lengths,
  clock: () => number = () => performance.now(),
): boolean {
  const [few, many] = [shape(short), shape(long)]
  let fewTake = Number.POSITIVE_INFINITY
  let manyTake = timeOf(run, many, 1, clock)
  for (let attempt = 0; attempt < 20 && manyTake > tolerated * floor; attempt++) {
    fewTake = Math.min(fewTake, timeOf(run, few, 10, clock))
    manyTake = Math.min(manyTake, timeOf(run, many, 1, clock))
    if (manyTake <= tolerated * fewTake) return true
  }
  return manyTake <= tolerated * floor
}

function timeOf(run: Run, text: string, times: number, clock: () => number): number {
  const start = clock()
  for (let time = 0; time < times; time++) {
    try {
      run(text)
    } catch {
      // A refusal is timed like anything else.
    }
  }
  return clock() - start
}
