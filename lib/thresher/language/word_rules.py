"""In which languages words are cut otherwise than in English, by the tokenizer that datatrove assigns to each.

Source: spaCy's `lang/*/punctuation.py` for the rules, datatrove's `tokenizer_assignment.csv` for the languages whose
tokenizer is one of these (Walloon is cut as French). All other tokenizers of spaCy, those of two languages in three,
cut as the English one does, up to its contractions.
"""

from thresher.kernels.affixes import DASHES, ELISION, HYPHENS, LEADING, ORDINALS, POINTS
from thresher.kernels.clitics import FRENCH, ROMANIAN

_BY_RULES = {
    HYPHENS: "fin_Latn fit_Latn fkv_Latn krl_Latn liv_Latn lud_Latn olo_Latn vep_Latn vot_Latn kir_Cyrl bak_Cyrl "
    "tat_Cyrl por_Latn",
    HYPHENS | DASHES: "nno_Latn nob_Latn nor_Latn arg_Latn ast_Latn cos_Latn ext_Latn lad_Latn mwl_Latn oci_Latn "
    "sdc_Latn spa_Latn srd_Latn ksh_Latn ltz_Latn pdc_Latn pfl_Latn gos_Latn lim_Latn nds_Latn nld_Latn pdt_Latn "
    "vls_Latn zea_Latn swe_Latn",
    HYPHENS | DASHES | ROMANIAN: "ron_Latn rup_Latn",
    HYPHENS | DASHES | ELISION: "cat_Latn",
    HYPHENS | DASHES | ORDINALS: "dan_Latn bar_Latn deu_Latn gsw_Latn hrx_Latn swg_Latn bos_Latn ckm_Latn cnr_Latn "
    "hbs_Latn srp_Cyrl srp_Latn",
    HYPHENS | DASHES | LEADING | ORDINALS: "hun_Latn",
    HYPHENS | LEADING | ORDINALS: "ell_Grek pnt_Grek",
    LEADING | ORDINALS: "grc_Grek",
    ELISION | FRENCH: "fra_Latn frp_Latn fur_Latn lld_Latn nrf_Latn nrm_Latn pcd_Latn roh_Latn wln_Latn",
    ELISION: "ita_Latn nap_Latn scn_Latn lij_Latn lmo_Latn pms_Latn vec_Latn",
    POINTS: "csb_Latn pol_Latn szl_Latn",
    ORDINALS: "slv_Latn crh_Latn gag_Latn tuk_Latn tur_Latn acm_Arab aeb_Arab ajp_Arab apc_Arab ara_Arab arb_Arab "
    "arq_Arab ars_Arab ary_Arab arz_Arab ayp_Arab shu_Arab",
}
_RULES = {code: rules for rules, codes in _BY_RULES.items() for code in codes.split()}


def word_rules(code: str) -> int:
    """The rules of a language as bits of `thresher.kernels.affixes`; 0 where its words are cut as English ones.

    >>> word_rules("por_Latn") == HYPHENS, word_rules("ukr_Cyrl")
    (True, 0)
    """
    return _RULES.get(code, 0)
