import { metadataPath } from './paths.ts'
import type { ResourceSettings } from './settings.ts'

/** The target is the server identifier with the well-known path, even if a proxy strips a prefix (R11-277). */
export function linkOf({ issuer }: Pick<ResourceSettings, 'issuer'>): string {
  return `<${issuer}${metadataPath}>; rel="aauth-resource"`
}
