import type { telemetry } from '@aauth-guard/opentelemetry'

/** What `telemetry` of `@aauth-guard/opentelemetry` takes. */
export type MeterProvider = NonNullable<NonNullable<Parameters<typeof telemetry>[0]>['meterProvider']>

/** A number that is read when metrics are asked for. */
export interface Gauge {
  readonly name: string
  readonly help: string
  read(): number
}

type Attributes = Readonly<Record<string, unknown>>

interface Family {
  readonly help: string
  readonly type: 'counter' | 'histogram'
  /** Of histograms: upper bounds. */
  readonly bounds: readonly number[]
  /** By their labels as text. */
  readonly series: Map<string, { counts: number[]; sum: number; count: number }>
}

/** More than closed sets of attributes and the names of routes come to. What is beyond them is not counted. */
const maxSeries = 20_000

/**
 * Metrics in the text format of Prometheus, without an SDK: it gives `telemetry` of `@aauth-guard/opentelemetry` the
 * counters and histograms that it asks for, and writes them with the names that OpenTelemetry's exporter gives them. So the
 * alert rules and the dashboard of that package fit.
 */
export class Metrics {
  readonly #families = new Map<string, Family>()
  readonly #gauges: readonly Gauge[]

  constructor(gauges: readonly Gauge[]) {
    this.#gauges = gauges
  }

  /** For `telemetry`. */
  get provider(): MeterProvider {
    const meter = {
      createCounter: (name: string, { description = '' } = {}) => {
        const family = this.#family(`${nameOf(name)}_total`, 'counter', description, [])
        return { add: (value: number, labels: Attributes = {}) => record(family, value, labels) }
      },
      createHistogram: (
        name: string,
        {
          description = '',
          advice,
        }: { description?: string; advice?: { explicitBucketBoundaries?: number[] } } = {},
      ) => {
        const bounds = advice?.explicitBucketBoundaries ?? []
        const family = this.#family(`${nameOf(name)}_seconds`, 'histogram', description, bounds)
        return { record: (value: number, labels: Attributes = {}) => record(family, value, labels) }
      },
    }
    return { getMeter: () => meter } as unknown as MeterProvider
  }

  /** What `/metrics` answers. */
  text(): string {
    const lines: string[] = []
    for (const { name, help, read } of this.#gauges)
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${read()}`)
    for (const [name, family] of this.#families) {
      lines.push(`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`)
      for (const [labels, series] of family.series) {
        if (family.type === 'counter') lines.push(`${name}${braced(labels)} ${series.sum}`)
        else lines.push(...histogramLines(name, labels, family.bounds, series))
      }
    }
    return `${lines.join('\n')}\n`
  }

  #family(name: string, type: Family['type'], help: string, bounds: readonly number[]): Family {
    const known = this.#families.get(name)
    if (known !== undefined) return known
    const family: Family = { help, type, bounds, series: new Map() }
    this.#families.set(name, family)
    return family
  }
}

function record(family: Family, value: number, attributes: Attributes): void {
  const labels = Object.entries(attributes)
    .filter(([, given]) => given !== undefined)
    .map(([name, given]) => `${nameOf(name)}="${escaped(String(given))}"`)
    .sort()
    .join(',')
  let series = family.series.get(labels)
  if (series === undefined) {
    if (family.series.size >= maxSeries) return
    series = { counts: family.bounds.map(() => 0), sum: 0, count: 0 }
    family.series.set(labels, series)
  }
  series.sum += value
  series.count++
  const at = family.bounds.findIndex((bound) => value <= bound)
  if (at !== -1) series.counts[at] = (series.counts[at] ?? 0) + 1
}

function histogramLines(
  name: string,
  labels: string,
  bounds: readonly number[],
  { counts, sum, count }: { counts: number[]; sum: number; count: number },
): string[] {
  let below = 0
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0
    return `${name}_bucket${braced(joined(labels, `le="${bound}"`))} ${below}`
  })
  return [
    ...buckets,
    `${name}_bucket${braced(joined(labels, 'le="+Inf"'))} ${count}`,
    `${name}_sum${braced(labels)} ${sum}`,
    `${name}_count${braced(labels)} ${count}`,
  ]
}

function nameOf(name: string): string {
  return name.replaceAll('.', '_')
}

function joined(labels: string, further: string): string {
  return labels === '' ? further : `${labels},${further}`
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
