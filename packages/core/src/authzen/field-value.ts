const printable = /^[\x20-\x7e]*$/

/** Whether a value can be sent in a header field as it is: 1 to 8192 visible ASCII characters, with spaces inside. */
export function isFieldValue(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > 8192) return false
  return printable.test(value) && value.trim() === value
}
