import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Imports an optional package: where the gateway is installed, or else beside a file.
 * @throws {Error} that says nothing more than that it was not found (the promise rejects)
 */
export async function importFrom<T>(name: string, beside: string): Promise<T> {
  try {
    return (await import(name)) as T
  } catch (error) {
    if (!isMissing(error)) throw error
    return (await import(pathToFileURL(createRequire(resolve(beside)).resolve(name)).href)) as T
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}
