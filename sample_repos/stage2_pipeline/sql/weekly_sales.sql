-- One row for each shop, article and week; weeks without a sale are kept with zero.
select shop_id, article_id, week, sum(units) as units, avg(price) as price, max(promo) as promo
from sales_weekly
where week >= current_date - interval '3 years'
group by shop_id, article_id, week
