import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noPrometheus } from '@aauth-guard/fixtures/prometheus-server'
import { describe, expect, it } from 'vitest'
import { anchorsOf, titlesOf } from '../../../scripts/markdown.ts'
import { alertNames, alertsYaml } from './published-files.ts'

type Series = Readonly<Record<string, string>>

/** An hour of an API that does well: ten decisions a second, some of them challenges. */
const healthy: Series = {
  'aauth_guard_decisions_total{job="api",outcome="accepted",http_route="notes.read"}': '0+600x120',
  'aauth_guard_decisions_total{job="api",outcome="challenged",error_type="invalid_signature"}': '0+60x120',
  'aauth_guard_decisions_total{job="api",outcome="refused",error_type="access_denied"}': '0+5x120',
  'aauth_guard_decisions_total{job="api",outcome="refused",error_type="expired_jwt"}': '0+5x120',
  'aauth_guard_decisions_total{job="api",outcome="refused",error_type="invalid_signature"}': '0+5x120',
  'aauth_guard_decisions_total{job="api",outcome="failed",error_type="server_error"}': '0+1x120',
  'aauth_guard_stale_decisions_total{job="api",outcome="accepted"}': '0x120',
  'aauth_guard_key_fetches_total{job="api",outcome="fetched"}': '0+1x120',
  'aauth_guard_key_fetches_total{job="api",outcome="failed"}': '0+2x120',
  'aauth_guard_store_failures_total{job="api",store="stores.revocations"}': '0x120',
  'aauth_guard_circuit_changes_total{job="api",subject="stores.revocations",state="open"}': '0x120',
  'aauth_guard_circuit_changes_total{job="api",subject="person_server",state="open"}': '0x120',
  'aauth_guard_circuit_changes_total{job="api",subject="person_server",state="closed"}': '0x120',
  'aauth_guard_missions_terminated_total{job="api",learned_from="announcement"}': '0+1x120',
  'aauth_guard_tokens_revoked_total{job="api",learned_from="issuer"}': '0+1x120',
  'aauth_guard_issuers_purged_total{job="api",learned_from="operator"}': '0x120',
  'aauth_guard_issuers_refused_total{job="api"}': '0+1x120',
  'aauth_guard_discoveries_limited_total{job="api"}': '0x120',
  ...histogram('aauth_guard_duration_seconds', 'outcome="accepted",', 0.0025, 600),
  ...histogram('aauth_guard_store_duration_seconds', 'store="stores.revocations",', 0.01, 600),
}

/** Alert → what is different from the API that does well. Everything changes after an hour. */
const troubles: Readonly<Record<string, Series>> = {
  AAuthDecisionsFail: decisions('failed', 'server_error', 10),
  AAuthStoreFails: { 'aauth_guard_store_failures_total{job="api",store="stores.revocations"}': later(1) },
  AAuthStoreSuspended: {
    'aauth_guard_circuit_changes_total{job="api",subject="stores.revocations",state="open"}': '0x60 1x60',
  },
  AAuthMissionStatusSuspended: {
    // However long it lasts, a suspension is one change.
    'aauth_guard_circuit_changes_total{job="api",subject="person_server",state="open"}': '0x60 1x60',
  },
  AAuthStaleDecisions: { 'aauth_guard_stale_decisions_total{job="api",outcome="accepted"}': later(3) },
  AAuthNoKeysFetched: {
    'aauth_guard_key_fetches_total{job="api",outcome="fetched"}': '0+1x60 60x60',
    'aauth_guard_key_fetches_total{job="api",outcome="failed"}': later(2),
  },
  AAuthDiscoveryLimited: { 'aauth_guard_discoveries_limited_total{job="api"}': later(1) },
  AAuthRateLimited: decisions('refused', 'rate_limited', 12),
  AAuthClockSkew: decisions('refused', 'clock_skew', 120),
  AAuthSignaturesRefused: decisions('refused', 'invalid_signature', 1200),
  AAuthUnknownKeys: decisions('refused', 'unknown_key', 12),
  AAuthIssuerMetadata: decisions('refused', 'issuer_mismatch', 12),
  AAuthInvalidated: decisions('refused', 'mission_terminated', 12),
  AAuthDenialsRise: decisions('refused', 'access_denied', 120),
  AAuthIssuersRefused: { 'aauth_guard_issuers_refused_total{job="api"}': later(6) },
  AAuthIssuerPurged: { 'aauth_guard_issuers_purged_total{job="api",learned_from="operator"}': '0x60 1x60' },
  AAuthRevocationsRise: { 'aauth_guard_tokens_revoked_total{job="api",learned_from="issuer"}': later(10) },
  AAuthTerminationsRise: {
    'aauth_guard_missions_terminated_total{job="api",learned_from="announcement"}': later(10),
  },
  AAuthDecisionsSlow: histogram('aauth_guard_duration_seconds', 'outcome="accepted",', 2.5, 600),
  AAuthStoreSlow: histogram('aauth_guard_store_duration_seconds', 'store="stores.revocations",', 0.5, 600),
}

/** Rates rise within their window, and alerts that are "for" some minutes wait for them. */
const times = ['62m', '66m', '70m', '80m', '90m', '110m']

describe('the alert rules', () => {
  it('each have a case here, and a section on the page on observing to which they link', () => {
    const page = readFileSync(new URL('../../../docs/operate/observe.md', import.meta.url), 'utf8')
    expect(Object.keys(troubles)).toEqual(alertNames)
    expect(titlesOf(page, 3).filter((title) => title.startsWith('AAuth'))).toEqual(alertNames)
    const links = [...alertsYaml.matchAll(/runbook_url: (\S+)#(\S+)$/gm)]
    expect(links.map(([, url]) => url)).toEqual(
      alertNames.map(() => 'https://github.com/OWNER/aauth-guard/blob/main/docs/operate/observe.md'),
    )
    const anchors = anchorsOf(page)
    expect(links.map(([, , anchor = '']) => anchors.has(anchor))).toEqual(alertNames.map(() => true))
  })
})

describe.skipIf(noPrometheus)(`promtool ${noPrometheus ?? ''}`, () => {
  it('finds no fault in the rules', () => {
    expect(promtool(['check', 'rules', 'alerts.yml'])).toContain(`SUCCESS: ${alertNames.length} rules found`)
  })

  it('no alert fires while an API does well', () => {
    expect(firing(healthy, times)).toEqual([])
  })

  it.each(Object.entries(troubles))('%s fires for what it names, and no other alert', (name, trouble) => {
    expect(firing({ ...healthy, ...trouble }, times)).toEqual([name])
  })

  it('no alert fires for a person server that is suspended for some minutes, again and again', () => {
    const changes = (state: string): string =>
      `aauth_guard_circuit_changes_total{job="api",subject="person_server",state="${state}"}`
    const suspended = [1, 2, 3, 4, 5, 6].map((count) => `${count}x9`).join(' ')
    const resumed = [1, 2, 3, 4, 5, 6].map((count) => `${count - 1}x2 ${count}x6`).join(' ')
    const flaps = { [changes('open')]: `0x59 ${suspended}`, [changes('closed')]: `0x59 ${resumed}` }
    expect(firing({ ...healthy, ...flaps }, times)).toEqual([])
  })

  it.each(['AAuthClockSkew', 'AAuthDecisionsSlow'])(
    '%s fires although unsigned requests come in a flood',
    (name) => {
      const challenged = 'outcome="challenged",'
      const flood = {
        [`aauth_guard_decisions_total{job="api",${challenged}error_type="invalid_signature"}`]: '0+60000x120',
        ...histogram('aauth_guard_duration_seconds', challenged, 0.0025, 60_000),
      }
      expect(firing({ ...healthy, ...troubles[name], ...flood }, times)).toEqual([name])
    },
  )

  it.each(['AAuthDecisionsSlow', 'AAuthStoreSlow'])(
    '%s also reads the names of the exporter that appends no unit',
    (name) => {
      const renamed = Object.entries({ ...healthy, ...troubles[name] }).map(([series, values]) => [
        series.replace('_seconds_bucket', '_bucket'),
        values,
      ])
      expect(firing(Object.fromEntries(renamed), times)).toEqual([name])
    },
  )
})

/** A counter that rises by so many a minute, beginning after an hour. */
function later(perMinute: number): string {
  return `0x60 0+${perMinute}x60`
}

function decisions(outcome: string, code: string, perMinute: number): Series {
  const name = `aauth_guard_decisions_total{job="api",outcome="${outcome}",error_type="${code}"}`
  const before = healthy[name] === undefined ? 0 : Number(/\+(\d+)x/.exec(healthy[name])?.[1])
  return { [name]: `0+${before}x60 ${before * 60}+${perMinute}x60` }
}

/** So many observations a minute, all of them in one bucket. */
function histogram(name: string, labels: string, bucket: number, perMinute: number): Series {
  const buckets = [0.001, 0.0025, 0.01, 0.25, 0.5, 1, 2.5, 5]
  const series = buckets.map((le): [string, string] => [
    `${name}_bucket{job="api",${labels}le="${le}"}`,
    le < bucket ? '0x120' : `0+${perMinute}x120`,
  ])
  return Object.fromEntries([
    ...series,
    [`${name}_bucket{job="api",${labels}le="+Inf"}`, `0+${perMinute}x120`],
  ])
}

/** Names of the alerts that fire at one of these times, as promtool computes them. */
function firing(series: Series, times: readonly string[]): string[] {
  const tests = {
    rule_files: ['alerts.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: times.map((time) => ({
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: time,
          exp_samples: [],
        })),
      },
    ],
  }
  const printed = promtool(['test', 'rules', 'tests.yml'], JSON.stringify(tests))
  if (printed.includes('SUCCESS')) return []
  const names = [...printed.matchAll(/alertname="(\w+)"/g)].map(([, name = '']) => name)
  if (names.length === 0) throw new Error(printed)
  return [...new Set(names)].sort()
}

/** What promtool prints, in a folder with the rules and a file of tests. */
function promtool(args: readonly string[], tests = ''): string {
  const cwd = mkdtempSync(join(tmpdir(), 'promtool-'))
  try {
    writeFileSync(join(cwd, 'alerts.yml'), alertsYaml)
    writeFileSync(join(cwd, 'tests.yml'), tests)
    return execFileSync('promtool', args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return `${stdout}${stderr}`
  } finally {
    rmSync(cwd, { recursive: true })
  }
}
