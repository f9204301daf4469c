DROP TABLE post_words_vocabulary;
DROP INDEX directory_lively;
