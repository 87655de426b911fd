-- How the model that MLflow holds was compared with the trainer's, in a sentence; null, not yet.
alter table promotion add column verification varchar(2000);
