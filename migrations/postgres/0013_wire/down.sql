-- Forgets which letter said which act.
DROP TABLE acts_heard;
