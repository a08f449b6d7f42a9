import { notesHandlers } from '../../../fetch-notes.ts'
import { resource } from './resource.ts'

export const notes = notesHandlers(resource)
