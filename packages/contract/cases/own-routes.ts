import { monitorMissions } from '@aauth-guard/core/missions'
import type { Case, Suite } from './case.ts'

const unsigned = { token: 'none' } as const

const methods: readonly Case[] = ['/aauth/authorize', '/aauth/revoke', '/aauth/mission-terminated'].flatMap(
  (target): Case[] => [
    [`PUT to ${target} is answered with 405`, { ...unsigned, target, method: 'PUT' }, '405 invalid_request'],
    [
      `HEAD of ${target} is answered with 405 and no content`,
      { ...unsigned, target, method: 'HEAD' },
      '405 ',
    ],
  ],
)

/** The routes that the resource answers itself. */
export const ownRoutes: Suite = {
  about: 'the resource’s own routes',
  options: { missions: monitorMissions({ announcements: true }) },
  cases: [
    ...methods,
    [
      'POST to the metadata is answered with 405',
      { ...unsigned, target: '/.well-known/aauth-resource.json', method: 'POST' },
      '405 invalid_request',
    ],
    [
      'DELETE of the keys is answered with 405',
      { ...unsigned, target: '/aauth/jwks.json', method: 'DELETE' },
      '405 invalid_request',
    ],
  ],
}
