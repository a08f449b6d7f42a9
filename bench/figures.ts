/** What one measurement found, in the form that tables, JSON, the chart and `bench:check` share. */
export interface Figure {
  /** The table that it stands in, such as `Ed25519, 1 in flight`. */
  readonly table: string
  /** What was measured, such as `hot: token seen before`. */
  readonly name: string
  /** Such as `µs`, `requests/s`, `octets`. */
  readonly unit: string
  readonly median: number
  readonly p99?: number
  /** Microseconds of processor time for one request, all threads of the process together. */
  readonly cpu?: number
  /** Against the baseline of the table, measured in the same rounds. What counts when machines are compared. */
  readonly ratio?: number
  /** Whether a greater ratio is better, where that differs from `better`: a speed made of microseconds, for example. */
  readonly ratioBetter?: 'higher' | 'lower'
  /** Half the distance between the quartiles of the ratio (or of the median, without a ratio) over the rounds. */
  readonly spread?: number
  /** Processor time of the baseline divided by that of this one, over the same rounds: more is better. */
  readonly cpuRatio?: number
  /** Whether more is better. */
  readonly better: 'higher' | 'lower'
}

/** The figures of one run, with what they depend on. */
export interface Results {
  /** Which benchmark made them, such as `requests`. */
  readonly bench: string
  /** ISO 8601. */
  readonly at: string
  /** The short name, followed by `-dirty` if files differed from it. */
  readonly commit: string
  readonly machine: string
  readonly runtime: string
  /** Load averages of the machine over 1, 5 and 15 minutes when the benchmark started. */
  readonly load?: readonly number[]
  readonly figures: readonly Figure[]
}
