import { expect, test } from 'vitest'
import { RefusalLog, type RefusalLogMode } from '../../src/command/refusal-log.ts'

const refused = (path: string) => ({ code: 'no_route', hint: 'no route has this path', method: 'GET', path })

function logged(mode: RefusalLogMode, report: (log: RefusalLog) => void): string[] {
  const lines: string[] = []
  const log = new RefusalLog(
    () => mode,
    (line) => void lines.push(line),
  )
  report(log)
  log.close()
  return lines
}

test('"console" writes a line for each refusal, and none is longer than an operator reads', () => {
  const lines = logged('console', (log) => {
    log.report(refused('/none'))
    log.report({ ...refused(`/${'a'.repeat(16_000)}`), method: 'M'.repeat(16_000), hint: 'h'.repeat(16_000) })
  })
  expect(lines[0]).toBe('GET "/none": no_route, no route has this path')
  expect(lines[1]?.length).toBeLessThan(2_500)
})

test('"summary" writes one line for a flood, which counts each code and shows its latest case', () => {
  const lines = logged('summary', (log) => {
    for (let count = 0; count < 1000; count++) log.report(refused(`/${count}`))
    log.report({ code: 'upstream_unavailable', hint: 'upstream app: refused', method: 'GET', path: '/' })
  })
  expect(lines).toEqual([
    'refused by the gateway in the last minute: 1000 no_route, such as: GET "/999": no_route, no route has this path; 1 upstream_unavailable, such as: GET "/": upstream_unavailable, upstream app: refused',
  ])
})

test('"off" writes nothing but faults of the gateway itself', () => {
  const lines = logged('off', (log) => {
    log.report(refused('/none'))
    log.report({ code: 'server_error', hint: 'TypeError' })
  })
  expect(lines).toEqual(['server_error, TypeError'])
})
