import { platform } from '#platform'

/**
 * Fetches a public document, as a resource does that fetches keys: https on port 443 only, no redirect, no proxy from
 * the environment, and no address that is not on the public internet. The address that was checked is the one that is
 * dialled. `undefined` in runtimes that cannot check it.
 */
export const guardedFetch: typeof fetch | undefined = platform.guardedFetch
