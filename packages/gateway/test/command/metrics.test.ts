import { expect, test } from 'vitest'
import { Metrics } from '../../src/admin/metrics.ts'

test('counters and histograms are written as the exporter of OpenTelemetry for Prometheus writes them', () => {
  const metrics = new Metrics([{ name: 'up', help: 'Whether it is up', read: () => 1 }])
  const meter = metrics.provider.getMeter('test')
  const counter = meter.createCounter('aauth.guard.decisions', {
    unit: '{decision}',
    description: 'Decisions',
  })
  counter.add(1, { outcome: 'accepted', 'http.route': 'a "b"\\\n' })
  counter.add(2, { 'http.route': 'a "b"\\\n', outcome: 'accepted' })
  const histogram = meter.createHistogram('aauth.guard.duration', {
    unit: 's',
    description: 'Time',
    advice: { explicitBucketBoundaries: [0.5, 1] },
  })
  for (const value of [0.5, 0.75, 2]) histogram.record(value)
  expect(metrics.text().split('\n')).toEqual([
    '# HELP up Whether it is up',
    '# TYPE up gauge',
    'up 1',
    '# HELP aauth_guard_decisions_total Decisions',
    '# TYPE aauth_guard_decisions_total counter',
    'aauth_guard_decisions_total{http_route="a \\"b\\"\\\\\\n",outcome="accepted"} 3',
    '# HELP aauth_guard_duration_seconds Time',
    '# TYPE aauth_guard_duration_seconds histogram',
    'aauth_guard_duration_seconds_bucket{le="0.5"} 1',
    'aauth_guard_duration_seconds_bucket{le="1"} 2',
    'aauth_guard_duration_seconds_bucket{le="+Inf"} 3',
    'aauth_guard_duration_seconds_sum 3.25',
    'aauth_guard_duration_seconds_count 3',
    '',
  ])
})
