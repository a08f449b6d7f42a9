import { describe } from 'vitest'
import { itServesNotes, onRuntime } from '../started-notes.ts'

describe('the notes of examples/h3', () => itServesNotes(onRuntime('node', 'h3')))
