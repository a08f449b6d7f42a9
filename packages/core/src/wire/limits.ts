import type { Caps } from './dictionary.ts'

/** Octets of one signature header, all its lines together (SIG-26). */
export const maxHeaderLength = { 'signature-key': 12_288, 'signature-input': 4096, signature: 4096 } as const

/** Labels per request, parameters per member, covered components (SIG-26). */
export const dictionaryCaps: Caps = { members: 8, params: 16, items: 32 }

/** Octets of the JWT in `Signature-Key` (B13). */
export const maxTokenLength = 8192

/**
 * Octets of one covered component, all lines of a field together. Longer ones are refused before the signature base is
 * made: HTTP/2 hosts accept 64 kB of fields, and HTTP/1 hosts 16 kB.
 */
export const maxComponentLength = 16_384
