import { describe, expect, it } from 'vitest'
import { dashboard, type Panel } from './published-files.ts'

const datasource = { type: 'prometheus', uid: ['$', '{datasource}'].join('') }
const graphs = dashboard.panels.filter(({ type }) => type !== 'row')

describe('the dashboard', () => {
  it('has what Grafana needs to import it', () => {
    expect(dashboard).toMatchObject({ id: null, uid: 'aauth-guard', title: 'AAuth guard', schemaVersion: 39 })
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
      ['instance', 'query'],
    ])
  })

  it('has panels of known types, each with its own id and its own place in 24 columns', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    expect([...new Set(dashboard.panels.map(({ type }) => type))].sort()).toEqual([
      'row',
      'stat',
      'timeseries',
    ])
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      expect(dashboard.panels.filter((other) => overlap(gridPos, other.gridPos))).toHaveLength(1)
    }
  })

  it('asks the data source that is chosen, with one letter for each query of a panel', () => {
    for (const { datasource: own, targets = [] } of graphs) {
      expect(own).toEqual(datasource)
      expect(targets.length).toBeGreaterThan(0)
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C'].slice(0, targets.length))
      for (const target of targets) expect(target.datasource).toEqual(datasource)
    }
  })

  it('asks only about the job and the instance that are chosen', () => {
    for (const { expr } of graphs.flatMap(({ targets = [] }) => targets)) {
      const selectors = [...expr.matchAll(/\{[^}]*\}/g)].map(([selector]) => selector)
      expect(selectors.length).toBeGreaterThan(0)
      for (const selector of selectors) expect(selector).toContain('job=~"$job", instance=~"$instance"')
    }
  })
})

function overlap(one: Panel['gridPos'], other: Panel['gridPos']): boolean {
  const across = one.x < other.x + other.w && other.x < one.x + one.w
  return across && one.y < other.y + other.h && other.y < one.y + one.h
}
