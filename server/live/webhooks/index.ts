export * from './deliver.ts';
export * from './manage.ts';
