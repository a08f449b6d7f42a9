import type { Resource } from '@aauth-guard/core'
import type { RouteTable } from '../routes/route-table.ts'
import type { ProxyLimits } from './proxy-limits.ts'

/** What one configuration file says, ready for use. A request ends under the plan that it began with. */
export interface Plan {
  readonly resource: Resource
  readonly table: RouteTable
  readonly limits: ProxyLimits
}
