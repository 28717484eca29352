"""What a classifier's label is in FineWeb-2's names, LANGUAGE_SCRIPT by ISO 639-3 and ISO 15924.

GlotLID's labels are such names. lid.176's are codes of ISO 639-1, or of 639-3 where a language has no other, as
Wikipedia uses them: `als` is Alemannic there (ISO 639-3: Tosk Albanian), `no` is Bokmål, `bh` Bhojpuri, and the code of
a macrolanguage (ar, zh, ms …) stands for the one that nearly all of its text is in. A label may have two names, the
usual script's first: some languages are written in two scripts, which lid.176 does not tell apart.
"""

from collections.abc import Container

LATIN = "_Latn"
# Without a name: Serbo-Croatian (sh), which GlotLID does not know. FineWeb-2 leaves English to FineWeb.
LID_176 = {
    label: tuple(names.split("/"))
    for label, names in (
        pair.split(":")
        for pair in """
        af:afr_Latn als:gsw_Latn am:amh_Ethi an:arg_Latn ar:arb_Arab/arb_Latn arz:arz_Arab as:asm_Beng/asm_Latn
        ast:ast_Latn av:ava_Cyrl az:azj_Latn/azj_Cyrl azb:azb_Arab ba:bak_Cyrl bar:bar_Latn bcl:bcl_Latn be:bel_Cyrl
        bg:bul_Cyrl bh:bho_Deva bn:ben_Beng/ben_Latn bo:bod_Tibt bpy:bpy_Beng br:bre_Latn bs:bos_Latn bxr:bxr_Cyrl
        ca:cat_Latn cbk:cbk_Latn ce:che_Cyrl ceb:ceb_Latn ckb:ckb_Arab co:cos_Latn cs:ces_Latn cv:chv_Cyrl cy:cym_Latn
        da:dan_Latn de:deu_Latn diq:diq_Latn dsb:dsb_Latn dty:dty_Deva dv:div_Thaa el:ell_Grek eml:eml_Latn en:eng_Latn
        eo:epo_Latn es:spa_Latn et:ekk_Latn eu:eus_Latn fa:fas_Arab fi:fin_Latn fr:fra_Latn frr:frr_Latn fy:fry_Latn
        ga:gle_Latn gd:gla_Latn gl:glg_Latn gn:gug_Latn gom:gom_Deva/gom_Latn gu:guj_Gujr/guj_Latn gv:glv_Latn
        he:heb_Hebr hi:hin_Deva/hin_Latn hif:hif_Latn hr:hrv_Latn hsb:hsb_Latn ht:hat_Latn hu:hun_Latn hy:hye_Armn
        ia:ina_Latn id:ind_Latn ie:ile_Latn ilo:ilo_Latn io:ido_Latn is:isl_Latn it:ita_Latn ja:jpn_Jpan jbo:jbo_Latn
        jv:jav_Latn ka:kat_Geor kk:kaz_Cyrl km:khm_Khmr kn:kan_Knda/kan_Latn ko:kor_Hang krc:krc_Cyrl ku:kmr_Latn
        kv:kpv_Cyrl kw:cor_Latn ky:kir_Cyrl la:lat_Latn lb:ltz_Latn lez:lez_Cyrl li:lim_Latn lmo:lmo_Latn lo:lao_Laoo
        lrc:lrc_Arab lt:lit_Latn lv:lvs_Latn mai:mai_Deva mg:plt_Latn mhr:mhr_Cyrl min:min_Latn mk:mkd_Cyrl
        ml:mal_Mlym/mal_Latn mn:khk_Cyrl mr:mar_Deva/mar_Latn mrj:mrj_Cyrl ms:zsm_Latn mt:mlt_Latn mwl:mwl_Latn
        my:mya_Mymr myv:myv_Cyrl mzn:mzn_Arab nah:nah_Latn nap:nap_Latn nds:nds_Latn ne:npi_Deva/npi_Latn new:new_Deva
        nl:nld_Latn nn:nno_Latn no:nob_Latn oc:oci_Latn or:ory_Orya os:oss_Cyrl pa:pan_Guru/pan_Latn pam:pam_Latn
        pfl:pfl_Latn pl:pol_Latn pms:pms_Latn pnb:pnb_Arab ps:pbt_Arab pt:por_Latn qu:quy_Latn rm:roh_Latn ro:ron_Latn
        ru:rus_Cyrl rue:rue_Cyrl sa:san_Deva/san_Latn sah:sah_Cyrl sc:srd_Latn scn:scn_Latn sco:sco_Latn sd:snd_Arab
        si:sin_Sinh sk:slk_Latn sl:slv_Latn so:som_Latn sq:als_Latn sr:srp_Cyrl/srp_Latn su:sun_Latn sv:swe_Latn
        sw:swh_Latn ta:tam_Taml/tam_Latn te:tel_Telu/tel_Latn tg:tgk_Cyrl th:tha_Thai tk:tuk_Latn tl:fil_Latn
        tr:tur_Latn tt:tat_Cyrl/tat_Latn tyv:tyv_Cyrl ug:uig_Arab uk:ukr_Cyrl ur:urd_Arab/urd_Latn uz:uzn_Latn/uzn_Cyrl
        vec:vec_Latn vep:vep_Latn vi:vie_Latn vls:vls_Latn vo:vol_Latn wa:wln_Latn war:war_Latn wuu:wuu_Hani
        xal:xal_Cyrl xmf:xmf_Geor yi:ydd_Hebr yo:yor_Latn yue:yue_Hani zh:cmn_Hani
        """.split()
    )
}


def code_of(label: str, known: Container[str]) -> str | None:
    """Of the language codes that are `known` the one that a label of either model stands for; None where none is.

    >>> code_of("eng_Latn", {"en"}), code_of("tl", {"fil"}), code_of("de", {"de", "en"}), code_of("sv", {"en"})
    ('en', 'fil', 'de', None)
    """
    others = (name.partition("_")[0] for name in (*LID_176.get(label, ()), label))
    shorter = (code for code, names in LID_176.items() if label in names)
    return next((code for code in (label, *others, *shorter) if code in known), None)


def names_of(label: str, known: Container[str]) -> tuple[str | None, str | None]:
    """Of the names that are `known`: the one that the label stands for, and that for text in Latin letters.

    Both are the same where there is no choice, and None where none is known.

    >>> names_of("deu_Latn", {"deu_Latn"}), names_of("sr", {"srp_Cyrl", "srp_Latn"}), names_of("en", {"deu_Latn"})
    (('deu_Latn', 'deu_Latn'), ('srp_Cyrl', 'srp_Latn'), (None, None))
    """
    if label in known:
        return label, label
    names = [name for name in LID_176.get(label, ()) if name in known]
    if not names:
        return None, None
    latin = [name for name in names if name.endswith(LATIN)]
    other = [name for name in names if not name.endswith(LATIN)]
    return (other or latin)[0], (latin or other)[0]
