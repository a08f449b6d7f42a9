/** The page, by file name. Made by the build of the page: do not edit. */
export const assets: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  'index.html': {
    type: 'text/html; charset=utf-8',
    body: '<!doctype html><meta charset="utf-8"><title>aauth-guard</title><link rel="stylesheet" href="assets/app.css"><script type="module" src="assets/app.js"></script>\n',
  },
  'app.js': { type: 'text/javascript; charset=utf-8', body: '\n' },
  'app.css': { type: 'text/css; charset=utf-8', body: '\n' },
}
