import { readFileSync } from 'node:fs'

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The rules, as they are published. */
export const alertsYaml: string = textOf('../prometheus/alerts.yml')

/** Names of the alerts, in their order. */
export const alertNames: readonly string[] = [...alertsYaml.matchAll(/^ {6}- alert: (\w+)$/gm)].map(
  ([, name = '']) => name,
)

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly datasource?: unknown
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly {
    readonly refId: string
    readonly expr: string
    readonly legendFormat: string
    readonly datasource: unknown
  }[]
}

export interface Dashboard {
  readonly schemaVersion: number
  readonly uid: string
  readonly title: string
  readonly id: null
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[]
  }
  readonly panels: readonly Panel[]
}

/** The dashboard, as it is published. */
export const dashboard: Dashboard = JSON.parse(textOf('../grafana/dashboard.json'))
