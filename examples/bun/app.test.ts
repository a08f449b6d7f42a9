import { describe } from 'vitest'
import { itServesNotes, onRuntime } from '../started-notes.ts'

describe('the notes of examples/bun', () => itServesNotes(onRuntime('bun', 'bun')))
