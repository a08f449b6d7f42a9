/**
 * A configuration that cannot be used. The message names the file, the line, what is wrong, with the value, and what to
 * do about it. Secrets are never in it.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}
