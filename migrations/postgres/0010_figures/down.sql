DROP INDEX directory_lively;
