export { answeredLines } from './answered-lines.ts'
export { foreignSpelling } from './foreign-spelling.ts'
export { type ForwardedLines, forwardedLines } from './forwarded-lines.ts'
export { hasEveryLine } from './has-every-line.ts'
