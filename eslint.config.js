import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Imports point one way: what a folder may not import. Patterns are of the import's text. */
const never = (files, groups) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: groups.map(([regex, message, allowTypeImports]) => ({ regex, message, allowTypeImports })) },
    ],
  },
});

/** A server room, and the rooms above it that it must not know. */
const ROOMS = [
  'db',
  'metrics',
  'access',
  'files',
  'city',
  'geocode',
  'records',
  'collection',
  'cases',
  'kpi',
  'tiles',
  'ogc',
  'live',
  'signals',
  'open311',
  'demo',
  'imports',
  'commands',
];
const above = (room) => ROOMS.slice(ROOMS.indexOf(room) + 1);
/** @param up how an import leaves the room: '../' from its own files, '../../' from a folder inside it. */
const restrictions = (room, up) => [
  ...above(room).map((other) => [`^${up}${other}/`, `${room}/ is below ${other}/: data runs one way`, false]),
  ...ROOMS.filter((other) => other !== room).map((other) => [
    `^${up}${other}/(?!index\\.ts$)`,
    `a sibling is reached through its index: ${other}/index.ts`,
    false,
  ]),
];
const roomRules = ROOMS.flatMap((room) => [
  never([`server/${room}/*.ts`], restrictions(room, '\\.\\./')),
  never([`server/${room}/*/**/*.ts`], restrictions(room, '\\.\\./\\.\\./')),
]);

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', '.hekan/**', 'bench/results/**'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node },
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'tools/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ['web/**/*'], languageOptions: { globals: { ...globals.browser } } },
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
  never(['tiles/**/*.ts'], [['^\\.\\./', 'tiles/ imports nothing but itself', false]]),
  never(
    ['demo/**/*.ts'],
    [['/(server|web|bench|tools)/(?!cases/words)', 'demo/ is pure: types of server/ only', true]],
  ),
  never(
    ['web/**/*.ts', 'web/**/*.svelte'],
    [
      ['/(server|demo|tools|bench|migrations)/', 'web/ takes only types from the server', true],
      ['^pg$|^knex', 'the page knows no database', false],
    ],
  ),
  never(
    ['web/!(map)/**/*.ts', 'web/!(map)/**/*.svelte'],
    [
      ['^(mapbox-gl|@deck\\.gl/.*|@loaders\\.gl/.*)', 'web/map/ is the only folder that knows WebGL', true],
      ['/(server|demo|tools|bench|migrations)/', 'web/ takes only types from the server', true],
    ],
  ),
  ...roomRules,
  {
    files: ['**/*.test.ts', 'server/testing/**', 'e2e/**', 'bench/**', 'tools/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
