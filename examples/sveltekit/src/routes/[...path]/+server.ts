import { notes } from '../../lib/notes.ts'

/** Metadata and keys, and every path that is not there. */
export const fallback = ({ request }: { readonly request: Request }): Promise<Response> =>
  notes.other(request)
