// Photographs may come from elsewhere (an imported catalog's do), over HTTPS; nothing else may.
const contentSecurityPolicy = [
  "default-src 'none'",
  "img-src 'self' https: data:",
  "style-src 'self'",
  "font-src 'self'",
  "script-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

/** The headers that tell a browser what it may do with our answers. */
export function securityHeaders(production: boolean): Readonly<Record<string, string>> {
  return production ? { ...headers, 'strict-transport-security': 'max-age=31536000' } : headers;
}
