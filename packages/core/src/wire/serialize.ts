import type { BareItem, InnerList, Parameters } from './dictionary.ts'

/** The canonical text of an inner list (RFC 9651 §4.1.1.1): what `@signature-params` repeats in the base. */
export function serializeInnerList(list: InnerList): string {
  let text = '('
  for (const [index, member] of list.items.entries()) {
    if (index > 0) text += ' '
    text += serializeBareItem(member.item) + serializeParameters(member.params)
  }
  return `${text})${serializeParameters(list.params)}`
}

function serializeParameters(params: Parameters): string {
  let text = ''
  for (const [key, value] of params) {
    text += value.type === 'boolean' && value.value ? `;${key}` : `;${key}=${serializeBareItem(value)}`
  }
  return text
}

function serializeBareItem(item: BareItem): string {
  switch (item.type) {
    case 'string':
      return `"${/["\\]/.test(item.value) ? item.value.replace(/["\\]/g, '\\$&') : item.value}"`
    case 'integer':
      return String(item.value)
    case 'decimal':
      return Number.isInteger(item.value) ? `${item.value}.0` : String(item.value)
    case 'date':
      return `@${item.value}`
    case 'token':
      return item.value
    case 'bytes':
      return `:${btoa(atob(item.value))}:`
    case 'boolean':
      return item.value ? '?1' : '?0'
    case 'display-string':
      return `%"${percentEncode(item.value)}"`
  }
}

function percentEncode(text: string): string {
  let encoded = ''
  for (const byte of new TextEncoder().encode(text)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`
  }
  return encoded
}
