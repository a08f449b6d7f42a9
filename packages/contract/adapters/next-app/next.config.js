export default {
  // As all other hosts answer.
  compress: false,
  poweredByHeader: false,
}
