import type { RequestListener } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** A reader that reads when it is told to. */
class ManualReader extends MetricReader {
  override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

/** One series of a metric. The value of a histogram is the number of its observations. */
export interface Series {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
}

/** The SDK of metrics, with what it collected. */
export interface Meters {
  readonly provider: MeterProvider
  /** Name of the metric → its series that are not 0. */
  collect(): Promise<Record<string, Series[]>>
  /** Name of the metric → all of its series. */
  all(): Promise<Record<string, Series[]>>
  /** The series of one metric as `[value, attributes]`. */
  seriesOf(name: string): Promise<[number, Readonly<Record<string, unknown>>][]>
  /** The histogram of a metric with one series. */
  histogramOf(name: string): Promise<Histogram>
}

/** Meters of a provider that nobody else uses. */
export function makeMeters(): Meters {
  const reader = new ManualReader()
  const provider = new MeterProvider({ readers: [reader] })
  const points = async (): Promise<[string, DataPoint<unknown>[]][]> => {
    const { resourceMetrics } = await reader.collect()
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map((metric): [string, DataPoint<unknown>[]] => [metric.descriptor.name, metric.dataPoints]),
    )
  }
  const collect: Meters['collect'] = async () =>
    Object.fromEntries(
      (await points())
        .map(([name, all]): [string, Series[]] => [name, all.map(seriesOf).filter(({ value }) => value > 0)])
        .filter(([, series]) => series.length > 0),
    )
  return {
    provider,
    collect,
    async all() {
      return Object.fromEntries((await points()).map(([name, all]) => [name, all.map(seriesOf)]))
    },
    async seriesOf(name) {
      const series = (await collect())[name] ?? []
      return series.map(({ value, attributes }) => [value, attributes])
    },
    async histogramOf(name) {
      const [, all = []] = (await points()).find(([other]) => other === name) ?? []
      return all[0]?.value as Histogram
    },
  }
}

function seriesOf({ attributes, value }: DataPoint<unknown>): Series {
  return { attributes, value: typeof value === 'number' ? value : (value as Histogram).count }
}

/** The SDK of traces, whose context follows promises and callbacks, for the tests of a file. */
export interface Traces {
  /** A listener with one server span for each request, made as `@opentelemetry/instrumentation-http` makes them. */
  traced(listener: RequestListener): RequestListener
  /** The spans that ended in this test, once there are so many. */
  spans(count: number): Promise<readonly ReadableSpan[]>
  provider: TracerProvider
}

export function useTraces(): Traces {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  const tracer = provider.getTracer('server')
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterAll(() => context.disable())
  beforeEach(() => exporter.reset())
  return {
    provider,
    async spans(count) {
      // A client can have the answer before its server has ended the span.
      while (exporter.getFinishedSpans().length < count) await setImmediate()
      return exporter.getFinishedSpans()
    },
    traced: (listener) => (request, response) => {
      const attributes = { 'url.path': request.url ?? '' }
      const span = tracer.startSpan(request.method ?? '', { kind: SpanKind.SERVER, attributes })
      response.once('close', () => {
        span.setAttribute('http.response.status_code', response.statusCode)
        span.end()
      })
      context.with(trace.setSpan(context.active(), span), () => listener(request, response))
    },
  }
}
