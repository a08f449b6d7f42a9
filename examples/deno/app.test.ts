import { describe } from 'vitest'
import { itServesNotes, onRuntime } from '../started-notes.ts'

describe('the notes of examples/deno', () => itServesNotes(onRuntime('deno', 'deno')))
