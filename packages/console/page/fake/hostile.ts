/** Strings that an agent might choose to deceive or break a page. */
export const hostile: readonly string[] = [
  '<img src=x onerror="document.title=1"><script>document.title=2</script>',
  '"><svg onload=document.title=3><b>bold</b>',
  '\u202Egnp.exe\u202C \u2066isolated\u2069 \u200Fright',
  `/notes/${'a'.repeat(100_000)}`,
  'zero\u200Bwidth\u200Djoined\uFEFFmark\u00AD soft',
  '\u{1F9D1}\u200D\u{1F680} \u{1F3F4}\u{E0067}\u{E0062} \u{1F4A5}',
  'line\r\nbreak\u2028separator\u0000nul\u001B[31mred\u0085next',
  `z${'\u0363\u0334\u0356'.repeat(60)}algo`,
  '\uD800 lone surrogate',
  'مرحبا שלום /notes/١٢٣',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of an attack on templates
  '{{constructor.constructor("alert(1)")()}} ${alert(1)} javascript:alert(1)',
  '   ',
]
