import { DictionarySyntaxError } from '../../src/wire/dictionary.ts'

/** The message for the operator about a text that `read` refuses, or `'accepted'`. */
export function syntaxFault(read: () => unknown): string {
  try {
    read()
  } catch (thrown) {
    if (thrown instanceof DictionarySyntaxError) return thrown.message
    throw thrown
  }
  return 'accepted'
}
