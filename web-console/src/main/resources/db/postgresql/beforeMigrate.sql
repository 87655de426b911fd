-- The migrations are written once, for H2 and for PostgreSQL: what they call a clob is a text here.
do $$
begin
    if to_regtype('clob') is null then
        create domain clob as text;
    end if;
end
$$;
