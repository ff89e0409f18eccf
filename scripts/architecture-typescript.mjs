// dependency-cruiser reads TypeScript through the compiler's JavaScript API, which TypeScript 7 no longer has: it gets 6.0's.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(/^typescript(\/|$)/.test(specifier) ? specifier.replace('typescript', 'typescript-6.0') : specifier, context),
});
