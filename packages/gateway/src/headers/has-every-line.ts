/** Header lines that Node keeps of a message by default. Some versions drop what is beyond, and do not say so. */
const keptLines = 1_000

/**
 * Whether the lines are certainly all that were sent. A proxy in front of forward auth passes on what Node has dropped
 * here, so nobody would see a forged field among it.
 *
 * @param headerLines names and values in turn
 */
export function hasEveryLine(headerLines: readonly string[]): boolean {
  return headerLines.length < keptLines * 2
}
