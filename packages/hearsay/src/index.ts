export * from '@hearsay/embed';
