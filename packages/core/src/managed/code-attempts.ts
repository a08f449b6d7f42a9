/** Wrong codes in a minute of one person, and of one source. */
const maxOfPerson = 5
const maxOfSource = 10
const minute = 60
const maxRemembered = 10_000

interface Counted {
  count: number
  /** The second in which the count began. */
  since: number
}

/**
 * Counts wrong codes. There is no count for the whole resource, which anybody could use up for all (INT-3, A-44). Each
 * process counts for itself.
 */
export class CodeAttempts {
  readonly #counts = new Map<string, Counted>()

  /**
   * Counts an attempt before it is compared, so that parallel attempts are no more than others.
   * @returns a function that takes the attempt back, because the code was right; `undefined` if there were too many
   */
  begin(person: string, source: string | undefined, now: number): (() => void) | undefined {
    const counted = [this.#count(`person ${person}`, now)]
    if (source !== undefined) counted.push(this.#count(`source ${source}`, now))
    const [ofPerson, ofSource] = counted as [Counted, Counted | undefined]
    if (ofPerson.count >= maxOfPerson || (ofSource?.count ?? 0) >= maxOfSource) return undefined
    for (const each of counted) each.count += 1
    return () => {
      for (const each of counted) each.count -= 1
    }
  }

  #count(key: string, now: number): Counted {
    const known = this.#counts.get(key)
    if (known !== undefined && now - known.since < minute) return known
    const counted = { count: 0, since: now }
    this.#counts.delete(key)
    this.#counts.set(key, counted)
    if (this.#counts.size > maxRemembered) this.#counts.delete(this.#counts.keys().next().value as string)
    return counted
  }
}
