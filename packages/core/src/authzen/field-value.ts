const fieldValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/** Whether a value can be sent in a header field as it is: at most 8192 visible ASCII characters, and spaces inside. */
export function isFieldValue(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 8192 && fieldValue.test(value)
}
