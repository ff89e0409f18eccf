// The rooms of src/, lowest first. A room may import itself and the rooms before it; ARCHITECTURE.md says what each one is for.
const rooms = ['sql', 'dialects', 'engine', 'orm', 'database', 'migrate', '(?:cli|adapters|testing)'];

const importsPointDown = rooms.slice(0, -1).map((room, level) => ({
  name: `${room}-imports-down`,
  comment: `src/${room} may import only itself and the rooms below it: ${rooms.slice(0, level).join(', ') || 'there is none'}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(?:${rooms.slice(level + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...importsPointDown,
    {
      name: 'doors-stand-apart',
      comment: 'The command line, the web adapters and the test kit do not import each other.',
      severity: 'error',
      from: { path: '^src/(cli|adapters|testing)/' },
      to: { path: '^src/(?:cli|adapters|testing)/', pathNot: '^src/$1/' },
    },
    {
      name: 'a-dialect-knows-no-other',
      comment: 'A dialect imports dialects/base, sql and itself; dialects/base imports no dialect.',
      severity: 'error',
      from: { path: '^src/dialects/([^/]+)/' },
      to: { path: '^src/dialects/[^/]+/', pathNot: '^src/dialects/(?:base|$1)/' },
    },
    {
      name: 'sql-does-no-io',
      comment: 'src/sql is data: it imports nothing of Node, and of the packages only decimal.js, which is a value type.',
      severity: 'error',
      from: { path: '^src/sql/' },
      to: { dependencyTypesNot: ['local', 'type-only'], pathNot: '(?:^src/|node_modules/decimal\\.js/)' },
    },
    {
      name: 'faces-are-for-users',
      comment: 'The files directly in src/ are public faces over the rooms: no room imports them.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+$' },
    },
    {
      name: 'no-cycles',
      comment: 'Nothing imports itself round a corner, types included: move what both need into a file below them.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nothing imports is dead.',
      severity: 'error',
      from: { path: '^src/', orphan: true },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'The imported file or package does not exist, or package.json does not list it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-unlisted-package',
      comment: 'The published package can import only what its package.json gives its users.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'Users do not get development dependencies: make it a dependency, or an optional peer that is imported when it is asked for.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer'], pathNot: '/@types/' },
    },
    {
      name: 'source-only',
      comment: 'src/ imports nothing of the tests, the examples, the benchmarks or the build.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|examples|bench|scripts|dist)/' },
    },
  ],
  options: {
    // Imports of types alone are erased before Node sees them; the arrows hold for them too.
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
